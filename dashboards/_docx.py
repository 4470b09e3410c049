"""Writes a statement as a Word document: language and direction on every run, headings, numbered sources, links as links."""

from datetime import datetime
from io import BytesIO
from typing import cast

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from dashboards._paper import Paper, Source

_LINK = RGBColor(0x0B, 0x4F, 0x6C)
_SOFT = RGBColor(0x59, 0x55, 0x50)


def docx_of(paper: Paper, *, at: datetime) -> bytes:
    """Return the document, dated ``at``."""
    page = _Page(paper, at=at)
    page.write()
    return page.packed()


class _Page:
    """One document while it is written; every run gets the language and direction of its text."""

    def __init__(self, paper: Paper, *, at: datetime) -> None:
        self._paper = paper
        self._document: DocumentObject = Document()
        told = self._document.core_properties
        told.title, told.author, told.language = paper.title[:255], paper.desk[:255], paper.language
        told.created = told.modified = at.replace(tzinfo=None)
        told.comments = paper.address
        normal = self._document.styles["Normal"]
        normal.font.name, normal.font.size = "Cambria", Pt(11)

    def write(self) -> None:
        """Write the whole paper."""
        paper, words = self._paper, self._paper.words
        if paper.withdrawn:
            self._say(f"{words.withdrawn} · {paper.withdrawn[0]}", bold=True)
            self._say(paper.withdrawn[1])
        self._heading(paper.title, 1)
        self._say(" · ".join(paper.dates), soft=True)
        self._link(self._paragraph(), paper.address, paper.address)
        for paragraph in paper.paragraphs:
            block = self._paragraph()
            for text, source in paragraph:
                self._run(block, text)
                if source is not None:
                    self._run(block, f"[{source}]").font.superscript = True
        self._heading(f"{words.claim}: {paper.rating}" if paper.rating else words.claim, 2)
        self._say(paper.claim, style="Quote")
        self._heading(words.sources, 2)
        for number, cited in enumerate(paper.sources, start=1):
            self._source(number, cited)
        if paper.corrections:
            self._heading(words.corrections, 2)
            for date, note in paper.corrections:
                self._say(f"{date}: {note}", style="List Bullet")

    def packed(self) -> bytes:
        """Return the document's bytes."""
        made = BytesIO()
        self._document.save(made)
        return made.getvalue()

    def _source(self, number: int, source: Source) -> None:
        block = self._paragraph()
        self._run(block, f"{number}. ").bold = True
        if source.url:
            self._link(block, source.url, source.title)
        else:
            self._run(block, source.title)
        self._say(" · ".join(source.about), soft=True)
        self._run(self._paragraph(), source.words, language=source.language)

    def _heading(self, text: str, level: int) -> None:
        block = self._document.add_heading(level=level)
        self._turn(block)
        self._run(block, text)

    def _say(self, text: str, *, style: str | None = None, bold: bool = False, soft: bool = False) -> None:
        run = self._run(self._paragraph(style), text)
        run.bold = bold
        if soft:
            run.font.size, run.font.color.rgb = Pt(9), _SOFT

    def _paragraph(self, style: str | None = None) -> Paragraph:
        block = self._document.add_paragraph(style=style)
        self._turn(block)
        return block

    def _turn(self, block: Paragraph) -> None:
        if self._paper.rtl:
            block._p.get_or_add_pPr().append(OxmlElement("w:bidi"))  # noqa: SLF001 # python-docx has no name for it

    def _run(self, block: Paragraph, text: str, *, language: str = "") -> Run:
        run = block.add_run(text.strip("\n"))
        self._mark(run._r, language or self._paper.language)  # noqa: SLF001 # python-docx has no name for it
        return run

    def _mark(self, element: BaseOxmlElement, language: str) -> None:
        properties = cast("BaseOxmlElement", element.get_or_add_rPr())  # type: ignore[attr-defined] # made by its schema
        if self._paper.rtl:
            properties.append(OxmlElement("w:rtl"))
        told = OxmlElement("w:lang")
        told.set(qn("w:bidi" if self._paper.rtl else "w:val"), language)
        properties.append(told)

    def _link(self, block: Paragraph, url: str, text: str) -> None:
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), block.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        run = self._run(block, text)
        run.font.color.rgb, run.font.underline = _LINK, True
        link.append(run._r)  # noqa: SLF001 # python-docx has no name for it
        block._p.append(link)  # noqa: SLF001 # the same
