"""`python -m tests.agreement.vectors` writes `tests/vectors/{header,packing,message,ir}.json` anew."""

from tests.agreement.vectors import header, ir, message, packing
from tests.agreement.vectors.words import FOLDER

MAKERS = {"header": header.text, "packing": packing.text, "message": message.text, "ir": ir.text}

if __name__ == "__main__":
    for name, text in MAKERS.items():
        (FOLDER / f"{name}.json").write_text(text())
