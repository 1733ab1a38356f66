import pytest

from forensics import history
from forensics.errors import DefinitionError
from forensics.library import Library

CAUSES = history.load(Library())


@pytest.mark.parametrize("cause", CAUSES, ids=lambda each: each.name)
def test_each_cause_is_read_from_its_sample(cause: history.Cause) -> None:
    from forensics.history.causes import told

    assert cause.name in dict(told(cause.sample, CAUSES))


def test_a_quiet_text_tells_of_no_cause() -> None:
    from forensics.history.causes import told

    assert told("The sun rose over the garden and the cat slept.", CAUSES) == ()


def test_all_broken_causes_are_named_at_once(tmp_path) -> None:
    folder = tmp_path / "models" / "history"
    folder.mkdir(parents=True)
    (folder / "causes.toml").write_text(
        '[[cause]]\nname = "one"\ntitle = "x"\ncategory = "unknown"\nwords = ["("]\nsample = ""\n[[cause]]\nname = "two"\ncolour = "red"\n'
    )

    with pytest.raises(DefinitionError, match=r"(?s)one.*two"):
        history.load(Library((tmp_path,)))
