import inspect
import pickle

import pytest

from rollup import errors
from rollup.errors import AuthorError, DecodeError, InternalError, OutsideError, PeerError, TandemError


def test_message_when_all_is_given_reads_what_then_values_then_remedy() -> None:
    error = PeerError("batch 7 has no blob", expected=2, got=0, remedy="ask another archive")
    assert str(error) == "batch 7 has no blob; expected 2, got 0; ask another archive"


def test_message_when_only_what_happened_is_given_has_no_empty_parts() -> None:
    assert str(OutsideError("the L1 does not answer")) == "the L1 does not answer"


def test_message_when_the_value_got_is_none_shows_it() -> None:
    assert str(DecodeError("tag", got=None)) == "tag; got None"


def test_author_error_when_located_starts_with_the_place_and_ends_with_the_source() -> None:
    error = AuthorError(
        "a symbolic value has no truth", file="tokens.py", line=12, source="    if amount:", remedy="use select"
    )
    assert str(error) == "tokens.py:12: a symbolic value has no truth; use select\n    if amount:"


def test_author_error_when_it_has_no_line_names_the_file_alone() -> None:
    assert AuthorError("no action", file="tokens.py").location == "tokens.py"


def test_internal_error_when_no_remedy_is_given_asks_for_a_report() -> None:
    assert "report" in InternalError("a wire is unset").remedy


@pytest.mark.parametrize(
    "error",
    [
        PeerError("a", expected=b"\x01", got=b"\x02", remedy="b"),
        AuthorError("a", file="f.py", line=3, source="x", expected=1),
        InternalError("a"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_error_when_sent_to_another_process_keeps_its_values(error: TandemError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_tree_in_the_docstring_when_compared_names_every_class() -> None:
    tree = inspect.getdoc(errors) or ""
    classes = [item for item in vars(errors).values() if inspect.isclass(item) and issubclass(item, TandemError)]
    assert len(classes) > 1
    assert [kind.__name__ for kind in classes if kind.__name__ not in tree] == []
