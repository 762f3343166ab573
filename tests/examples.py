"""How many examples the slow properties and machines get: fewer by default, all with MNEMO_FULL_COUNTS=1.

Each run draws others, so what one run leaves out, the next may try. A property that takes less than a second for all
of its examples asks for no fewer.
"""

import os

from hypothesis import settings

FEW_EXAMPLES, FEW_RUNS = (100, 100) if os.environ.get("MNEMO_FULL_COUNTS") else (25, 40)
few_examples = settings(max_examples=FEW_EXAMPLES)
