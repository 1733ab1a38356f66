"""The order in which formats are tried, derived from their samples: where one reads another's samples, the stricter first."""

from collections.abc import Mapping, Sequence

import polars as pl

from forensics.errors import DefinitionError
from forensics.ingest import csvs, detection, records
from forensics.ingest.definitions import Format


def ordered(formats: Sequence[Format]) -> tuple[Format, ...]:
    """Formats with the strictest first: that which reads fewest samples of others; then by keys required, then by name.

    Raises:
        DefinitionError: two formats read all samples of one another, so that nothing tells their files apart.
    """
    read = {**_lines(formats), **_documents(formats), **_tables(formats)}
    faults = _alike(formats, read)
    if faults:
        raise DefinitionError("\n".join(faults), hint="Make one stricter, or join the two.")
    keys = {
        each.name: -sum(len(table.requires) + table.records.count("/") for table in each.tables[:1]) for each in formats
    }
    loose = {each.name: len(read.get(each.name, ())) for each in formats}
    return tuple(sorted(formats, key=lambda each: (loose[each.name], keys[each.name], each.name)))


Read = Mapping[str, set[tuple[str, int]]]


def _lines(formats: Sequence[Format]) -> Read:
    """The lines of other formats' samples (format, number of the line) that each line format reads."""
    able = [each for each in formats if detection.is_lines(each)]
    texts = [
        (each.name, line)
        for each in able
        for sample in each.samples
        for line in sample["text"].strip("\n").splitlines()
    ]
    names = [name for name, _ in texts]
    column = pl.Series([line for _, line in texts], dtype=pl.String)
    found = {}
    for each in able:
        matched = detection.matched_alone(column, each)
        found[each.name] = {
            (names[place], place) for place in matched.arg_true().to_list() if names[place] != each.name
        }
    return found


def _documents(formats: Sequence[Format]) -> Read:
    """The samples of other formats (format, number) that each document format fits."""
    able = [each for each in formats if each.tables and not each.is_table and not each.reader]
    samples = [
        (each.name, number, document)
        for each in able
        for number, sample in enumerate(each.samples)
        if (document := records.parsed(sample["text"].strip("\n"), [])) is not None
    ]
    return {
        each.name: {
            (name, number)
            for name, number, document in samples
            if name != each.name and any(records.fits(document, table) for table in each.tables)
        }
        for each in able
    }


def _tables(formats: Sequence[Format]) -> Read:
    """The samples of other formats whose header has the columns that each CSV format requires."""
    able = [each for each in formats if each.is_csv]
    samples = [
        (each.name, number, csvs.header(sample["text"].strip("\n"))[0])
        for each in able
        for number, sample in enumerate(each.samples)
    ]
    return {
        each.name: {
            (name, number)
            for name, number, header in samples
            if name != each.name and any(records.has_header(header, table) for table in each.tables)
        }
        for each in able
    }


def _alike(formats: Sequence[Format], read: Read) -> list[str]:
    """Pairs of formats that read every sample of one another."""
    whole = {
        each.name: sum(len(sample["text"].strip("\n").splitlines()) for sample in each.samples)
        if detection.is_lines(each)
        else len(each.samples)
        for each in formats
    }
    counted = {
        name: {other: sum(one == other for one, _ in found) for other in {one for one, _ in found}}
        for name, found in read.items()
    }
    return [
        f"parsers/{name}.toml and parsers/{other}.toml read the same samples alike"
        for name, others in sorted(counted.items())
        for other, n in sorted(others.items())
        if name < other and n == whole[other] and counted.get(other, {}).get(name, 0) == whole[name]
    ]
