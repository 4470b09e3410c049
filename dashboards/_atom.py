"""Pieces of an Atom feed (RFC 4287)."""

from xml.etree import ElementTree as ET

from dashboards._paper import printable

ATOM = "http://www.w3.org/2005/Atom"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def add(parent: ET.Element, name: str, text: str) -> None:
    """Add an element with a text; what XML cannot hold is left out."""
    ET.SubElement(parent, name).text = printable(text)
