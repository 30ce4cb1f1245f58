"""Programs as the command line names them: `module:Class`, `FILE.py:Class`, or `FILE.py` where it declares one program; parameters after commas."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from rollup.errors import AuthorError, TandemError
from rollup.program.enums import Enum
from rollup.program.location import author_error, of_traceback
from rollup.program.parameters import parameters_of
from rollup.program.program import Program

FORMS = "module:Class, FILE.py:Class, or FILE.py if it declares one program; parameters after it: FILE.py,FEE=30"


def load_program(text: str) -> type[Program]:
    """Import the program that a word of the command line names.

    Raises
    ------
    AuthorError
        If there is no such module, file or class, or the class is no program, or a file declares several; it says what there is.
    """
    word, *settings = text.split(",")
    program = _load(word)
    return program.with_parameters(**_settings(program, settings)) if settings else program


def _settings(program: type[Program], settings: list[str]) -> dict[str, int | bool]:
    """Read `NAME=VALUE`s; a value is a number, an enum's member by name, true or false."""
    declared = parameters_of(program)
    found: dict[str, int | bool] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name in found:
            raise AuthorError(f"{setting!r} fixes no parameter of {program.__name__}, or one that was fixed", remedy="write each once: NAME=VALUE")  # fmt: skip
        kind = declared[name].kind if name in declared else None
        members = kind.MEMBERS if kind is not None and issubclass(kind, Enum) else {}
        words: dict[str, int | bool] = {**members, "true": True, "false": False}
        try:
            found[name] = words[value] if value in words else int(value, 0)
        except ValueError:
            raise AuthorError(f"{setting!r}: no number", expected=", ".join(members) or "a number, decimal or 0x…", got=value) from None  # fmt: skip
    return found


def _load(text: str) -> type[Program]:
    where, _, name = text.rpartition(":") if ":" in text else (text, "", "")
    if where.endswith(".py"):
        module = _of_file(Path(where))
    elif name:
        module = _of_name(where)
    else:
        raise AuthorError(f"{text!r} names no program", remedy=f"write {FORMS}")
    return _named(module, where, name) if name else _only(module, where)


def _of_name(name: str) -> ModuleType:
    # As `python -m` does: what stands in the folder one is in can be named.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    if not all(part.isidentifier() for part in name.split(".")):
        raise AuthorError(f"{name!r} is no name of a module", remedy=f"write {FORMS}")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # What a module that is there fails to import is another matter, and another error.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _raised(name, error) from error
        raise AuthorError(f"there is no module {name}", remedy=f"write {FORMS}") from error
    except TandemError:
        raise
    except Exception as error:
        raise _raised(name, error) from error


def _of_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise AuthorError(f"there is no file {path}", remedy=f"write {FORMS}")
    # A name that no import statement can say, so that it stands in nobody's way.
    name = f"{path.stem} of {path.resolve().parent}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, "a name that ends with .py has a loader"
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except TandemError:
        raise
    except Exception as error:
        raise _raised(str(path), error) from error
    return module


def _raised(where: str, error: Exception) -> AuthorError:
    """Return the error of an author's line, or of the import, that raised something of Python's."""
    if isinstance(error, SyntaxError):
        source = error.text.strip() if error.text else None
        return AuthorError(f"no Python: {error.msg}", file=error.filename, line=error.lineno, source=source)
    return author_error(f"{where} raised {type(error).__name__}: {error}", at=of_traceback(error.__traceback__))


def _programs(module: ModuleType) -> dict[str, type[Program]]:
    """Return the programs that a module declares itself."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Program) and value.__module__ == module.__name__
    }


def _named(module: ModuleType, where: str, name: str) -> type[Program]:
    found = getattr(module, name, None)
    if found is None:
        there = ", ".join(_programs(module))
        raise AuthorError(
            f"{where} has no {name}", remedy=f"it declares {there}" if there else "it declares no program"
        )
    if not (isinstance(found, type) and issubclass(found, Program) and found is not Program):
        raise AuthorError(f"{where}:{name} is no program", remedy="give a subclass of rollup.Program")
    return found


def _only(module: ModuleType, where: str) -> type[Program]:
    found = _programs(module)
    if len(found) != 1:
        names = ", ".join(f"{where}:{name}" for name in found)
        remedy = f"name one of {names}" if found else "declare one: class Tokens(Program)"
        raise AuthorError(
            f"{where} declares {len(found) or 'no'} program{'s' if len(found) > 1 else ''}", remedy=remedy
        )
    return next(iter(found.values()))
