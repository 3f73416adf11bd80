"""Planted faults in production code: each must be caught by the checkers within a bounded number of seeds."""

from crossdock.simulation.mutants.lanes import LANES
from crossdock.simulation.mutants.mutant import Mutant
from crossdock.simulation.mutants.processes import PROCESSES
from crossdock.simulation.mutants.records import RECORDS
from crossdock.simulation.mutants.steps import STEPS

MUTANTS: tuple[Mutant, ...] = (*RECORDS, *STEPS, *LANES, *PROCESSES)

__all__ = ["MUTANTS", "Mutant"]
