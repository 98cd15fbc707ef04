"""All mutants together."""

import of_deciding
import of_gateway
import of_secrets
import of_sync
from patches import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *of_sync.ALL,
    *of_gateway.ALL,
    *of_deciding.ALL,
    *of_secrets.ALL,
)
