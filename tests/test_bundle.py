import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from forensics.bundle import open_bundle
from forensics.errors import BundleError
from forensics.records.options import Options
from forensics.records.window import Window


def opened(path: Path, tmp_path: Path, **options: object):
    return open_bundle(path, tmp_path / "scratch", Options(**options))  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "incident"
    (root / "logs").mkdir(parents=True)
    (root / "logs" / "app.log").write_text("one\n")
    (root / "metrics.csv").write_text("a,b\n")
    return root


def test_a_folder_is_listed_with_hashes(folder: Path, tmp_path: Path) -> None:
    bundle = opened(folder, tmp_path)

    assert [each.path for each in bundle.files] == ["logs/app.log", "metrics.csv"]
    assert bundle.files[0].sha256 == "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.xz"])
def test_an_archive_is_the_folder_it_was_made_from(kind: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / f"incident.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for each in sorted(folder.rglob("*")):
                archive.write(each, each.relative_to(folder))
    else:
        with tarfile.open(path, f"w:{kind.partition('.')[2]}") as tar:
            tar.add(folder, ".")

    assert opened(path, tmp_path).sha256 == opened(folder, tmp_path).sha256


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:\\evil"])
def test_a_member_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
        archive.writestr("good.log", "x")

    bundle = opened(path, tmp_path)

    assert [each.path for each in bundle.files] == ["good.log"]
    assert bundle.refused[0].reason == "a path that leads out of the archive"


def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as tar:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        good = tarfile.TarInfo("good.log")
        good.size = 1
        tar.addfile(good, io.BytesIO(b"x"))

    assert [(each.path, each.reason) for each in opened(path, tmp_path).refused] == [("link", "not a plain file")]


def test_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (folder / "link").symlink_to(tmp_path / "secret")

    bundle = opened(folder, tmp_path)

    assert [each.reason for each in bundle.refused] == ["a link that leads out of the bundle"]
    assert "link" not in [each.path for each in bundle.files]


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir(), lambda p: p.write_bytes(b"")])
def test_nothing_to_read_is_said_with_a_hint(make, tmp_path: Path) -> None:
    path = tmp_path / "nothing"
    make(path)

    with pytest.raises(BundleError) as caught:
        opened(path, tmp_path)

    assert caught.value.exit_code == 3
    assert caught.value.hint


def test_files_are_chosen_by_name(folder: Path, tmp_path: Path) -> None:
    assert [each.path for each in opened(folder, tmp_path, include=("*.log",)).files] == ["logs/app.log"]
    assert [each.path for each in opened(folder, tmp_path, exclude=("*.log",)).files] == ["metrics.csv"]


def test_what_the_owner_declares_is_read(folder: Path, tmp_path: Path) -> None:
    (folder / "incident.yaml").write_text(
        "title: Checkout down\ntimezone: Europe/Berlin\nwindow: {start: 2026-05-06 14:00, end: 2026-05-06T13:00:00Z}\nwindov: x\n"
    )

    bundle = opened(folder, tmp_path)

    assert bundle.declared.window == Window(1_778_068_800_000_000, 1_778_072_400_000_000)
    assert bundle.declared.notices == ("incident.yaml: windov is not known; did you mean window?",)
    assert "incident.yaml" not in [each.path for each in bundle.files]


def test_yaml_that_multiplies_itself_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "incident.yaml").write_text("a: &a [x, x]\nb: &b [*a, *a]\ntitle: [*b, *b]\n")

    with pytest.raises(BundleError):
        opened(folder, tmp_path)


def test_archives_inside_are_opened_three_deep(folder: Path, tmp_path: Path) -> None:
    body = b"2026-05-06T07:08:09Z INFO deep\n"
    for _ in range(3):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("in.dat", body)
        body = inner.getvalue()
    (folder / "export.zip").write_bytes(body)
    with tarfile.open(folder / "more.tar.gz", "w:gz") as tar:
        tar.add(folder / "metrics.csv", "a/metrics.csv")

    bundle = opened(folder, tmp_path)

    assert [each.path for each in bundle.files] == [
        "export.zip/in.dat/in.dat/in.dat",
        "logs/app.log",
        "metrics.csv",
        "more.tar.gz/a/metrics.csv",
    ]
    assert bundle.files[0].location.read_bytes().endswith(b"deep\n")


def test_an_archive_inside_that_leads_out_or_goes_too_deep_is_refused(folder: Path, tmp_path: Path) -> None:
    body = b"x\n"
    for _ in range(5):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("in.zip", body)
        body = inner.getvalue()
    (folder / "deep.zip").write_bytes(body)
    with zipfile.ZipFile(folder / "evil.zip", "w") as archive:
        archive.writestr("../out.log", "x")

    refused = {each.path: each.reason for each in opened(folder, tmp_path).refused}

    assert refused == {
        "deep.zip/in.zip/in.zip/in.zip": "an archive in too many archives",
        "evil.zip/../out.log": "a path that leads out of the archive",
    }


def test_an_office_document_is_one_file(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(folder / "notes.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")

    assert "notes.docx" in [each.path for each in opened(folder, tmp_path).files]
