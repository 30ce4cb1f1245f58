"""A job that takes milliseconds: x³ + x + 5 = out, its circuit, tape and key on disk."""

from dataclasses import replace
from pathlib import Path

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.shape import ShapeBuilder
from provers.validity.groth16.setup import setup
from provers.validity.jobs.job import Job
from provers.validity.jobs.material import Material, Places, load
from rollup.params import ChunkKind


def material(folder: Path) -> Material:
    """Make it anew, with keys of the folder's own, and load it from its files."""
    builder = ShapeBuilder(1)
    build(builder)
    system, places = builder.r1cs(), Places(folder / "cubes.r1cs", folder / "cubes.tape", folder / "cubes")
    folder.mkdir(parents=True, exist_ok=True)
    system.save(places.system)
    builder.tape().save(places.tape)
    setup(system, str(folder).encode())[0].save(places.key)
    return load(places)


def build(b: Builder) -> None:
    (out,) = b.public_inputs(1)
    (x,) = b.given(1, lambda: (0,))
    b.enforce_equal(b.product(b.product(x, x), x) + x + 5, out)


def job(made: Material, x: int) -> Job:
    """The job for the public input x³ + x + 5."""
    return Job.of(ChunkKind.TAIL, made.key.vk.digest(), [x**3 + x + 5], [x])


def wrong(made: Material, x: int) -> Job:
    """A job whose help does not belong to its statement."""
    return replace(job(made, x), brought=job(made, x + 1).brought)
