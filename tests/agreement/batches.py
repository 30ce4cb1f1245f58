"""Random batches of the small programs: calls that work, calls that fail, forgeries, noise."""

from hypothesis import strategies as st

from rollup.batch.inbox import Message
from rollup.batch.parcel import Parcel
from rollup.crypto.fr import R
from rollup.ir.image import Image
from rollup.params import FULL, SLOT_BITS, DataKind
from tests.agreement.calls import CALLS, IMAGES, USUAL
from tests.agreement.chain import Posted, post
from tests.agreement.drawn import edges
from tests.agreement.images import messages
from tests.agreement.programs import GOLD, NEARLY_FULL, NEXT_ACCOUNT, OFF_CURVE, POOR, RICH, SMALL_ORDER
from tests.agreement.writing import Pen, overwrite, parts

accounts = st.integers(0, NEXT_ACCOUNT + 1)
senders = st.sampled_from([RICH, RICH, RICH, POOR, NEARLY_FULL, OFF_CURVE, SMALL_ORDER, 0, NEXT_ACCOUNT, 15])
packable = st.builds(lambda m, e: m << e, st.integers(1024, 2047), st.integers(0, 31))
fees = st.sampled_from([0, 1, 3, 4]).flatmap(lambda few: st.one_of(st.just(few), st.just(few), packable))


@st.composite
def calls(draw: st.DrawFn, pen: Pen) -> Parcel:
    """Draw a call of any action with arguments that often work, signed well or badly, and sometimes written over in one part."""
    image: Image = pen.image
    tag = draw(st.integers(1, image.layout.actions))
    args = [draw(argument(image, width)) for width in image.graph(tag).arguments]
    if draw(st.booleans()):
        tag, *args = USUAL[image.name]
    forged = draw(st.sampled_from([{}, {}, {}, {}, {}, {}, {"nonce": draw(edges(R))}, {"domain": 1}, {"signer": 7}]))
    sender = draw(senders)
    parcel = pen.call(tag, sender, *args, fee=draw(fees), **forged)
    if draw(st.integers(0, 3)):
        return parcel
    offset, width = draw(st.sampled_from(sorted(parts(image, tag).values())))
    bit = draw(st.integers(0, width - 1))
    return (
        overwrite(parcel, offset, width, draw(edges(1 << width))) if bit % 2 else overwrite(parcel, offset + bit, 1, 1)
    )


def argument(image: Image, width: int) -> st.SearchStrategy[int]:
    """Draw an argument: an account, a token, or anything."""
    usual = {image.layout.account_bits: accounts, 8: st.sampled_from([0, GOLD, 9, 255])}
    return st.one_of(usual.get(width, st.integers(0, 1)), edges(R if width == FULL else 1 << width))


@st.composite
def noise(draw: st.DrawFn, image: Image) -> Parcel:
    """Draw noise behind a tag that is usually known."""
    tag = draw(st.integers(0, image.layout.actions + 1))
    stride = image.layout.stride
    slots = draw(st.binary(min_size=8 * stride, max_size=8 * stride))
    words = tuple(int.from_bytes(slots[8 * k : 8 * k + 8], "big") % 2**SLOT_BITS for k in range(stride))
    return overwrite(Parcel(draw(edges(R)), words), 0, 8, tag)


@st.composite
def drawn_batches(draw: st.DrawFn) -> Posted:
    """Draw a program, a batch and the header before it."""
    image = IMAGES[draw(st.sampled_from(sorted(CALLS)))]
    next_account = draw(st.sampled_from([NEXT_ACCOUNT, NEXT_ACCOUNT, 15, 16]))
    inbox: list[Message] = draw(messages(image.layout))
    pen = Pen(image, inbox, next_account)
    for _ in range(draw(st.integers(0, 4))):
        drawn = noise(image) if draw(st.integers(0, 5)) == 0 else calls(pen)
        if pen.write(draw(drawn)) is None:
            break
    elements = list(pen.elements)
    if elements and draw(st.integers(0, 4)) == 0:
        elements[draw(st.integers(0, len(elements) - 1))] = draw(st.integers(2**252, R - 1))
    kind = draw(st.sampled_from([DataKind.CALLDATA, DataKind.CALLDATA, DataKind.BLOB]))
    payee, withdrawals = draw(st.integers(0, 15)), (draw(edges(R)), draw(edges(2**63)))
    return post(image, elements, inbox, payee=payee, kind=kind, next_account=next_account, withdrawals=withdrawals)
