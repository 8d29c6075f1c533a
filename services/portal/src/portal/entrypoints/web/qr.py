"""QR codes as pictures that a page contains: no script, no request, sharp on paper."""

from typing import Any

from markupsafe import Markup
from reportlab.graphics.barcode import qrencoder

QUIET = 4
"""Modules around a code that stay white (ISO/IEC 18004)."""


def qr(text: str) -> Markup:
    """The code of a text, one path of squares; colours are fixed, since a scanner wants dark on light."""
    code: Any = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    modules = range(code.getModuleCount())
    dark = "".join(f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y in modules for x in modules if code.isDark(y, x))
    side = code.getModuleCount() + 2 * QUIET
    return Markup(
        '<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="QR" shape-rendering="crispEdges">'
        '<rect width="{side}" height="{side}" fill="#fff"/><path d="{dark}" fill="#000"/></svg>'
    ).format(side=side, dark=dark)
