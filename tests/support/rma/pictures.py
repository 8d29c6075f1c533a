"""Pictures as a telephone takes them."""

from io import BytesIO

from PIL import Image

SECRET = b"Anna Adria was here"


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """A red picture whose metadata names a person."""
    out = BytesIO()
    picture = Image.new("RGB", size, "red")
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    if kind == "GIF":
        picture.save(out, kind, comment=SECRET)
    else:
        picture.save(out, kind, exif=exif)
    return out.getvalue()
