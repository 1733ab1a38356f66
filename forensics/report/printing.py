"""The PDF, by WeasyPrint: no network, the same bytes each time, the evidence attached."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from forensics.errors import OutputError
from forensics.report import canonical

# A PDF/A may say that it is a PDF/UA only with the schema of that statement (ISO 19005-3, 6.6.2.3; ISO 14289-1, 5).
UNIVERSAL = b"""<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about=""><pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the document conforms to</pdfaProperty:description></rdf:li></rdf:Seq>
</pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
PANGO = "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def pdf(page: str, report: Mapping[str, Any]) -> bytes:
    """A PDF/A-3 and PDF/UA of an HTML page, with ``evidence.json`` inside.

    Raises:
        OutputError: WeasyPrint or Pango is not installed.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise OutputError(
            "a PDF needs Pango, which is not installed",
            hint=f"Install it, as on Debian with '{PANGO}', and run 'forensics render'.",
        ) from error
    # The incident's own time stands for the time of writing, so that equal bundles give equal bytes.
    start = datetime.fromisoformat(report["incident"]["window"]["end"].replace("Z", "+00:00")).astimezone(UTC)
    body = canonical.dumps({"evidence": report["evidence"], "seal": report["seal"]})
    attachment = weasyprint.Attachment(
        string=body.decode(),
        name="evidence.json",
        description="Evidence of the report",
        created=start,
        modified=start,
        relationship="Data",
    )
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(max(0, int(start.timestamp())))
    try:
        # Fonts stand in the page itself; nothing else may be fetched.
        fetcher = weasyprint.URLFetcher(allowed_protocols=("data",), allow_redirects=False)
        document = weasyprint.HTML(string=page, url_fetcher=fetcher)
        found = document.write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True, attachments=[attachment], finisher=_universal)
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
    assert found is not None
    return bytes(found)


def _universal(document: Any, made: Any) -> None:
    """Declare PDF/UA in the metadata that declares PDF/A: WeasyPrint writes one of the two."""
    stream = made.objects[int(made.catalog["Metadata"].split()[0])]
    stream.stream = [part.replace(b"</rdf:RDF>", UNIVERSAL + b"</rdf:RDF>") for part in stream.stream]
