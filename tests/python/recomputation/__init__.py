"""An independent recomputation of every published table, straight from the contract and in its order.

The package shares nothing with the SQL it checks: plain Python, exact fractions wherever the rules are exact, and
procedures that follow the definitions word for word rather than fast ones. One module an idea:

Raw tables
    - ``values``     how a single cell is read
    - ``reading``    rows: rejects, versions, reconciliation
    - ``accounts``   merges, and which account a row belongs to
Rules
    - ``rules``      the rule files as typed records
    - ``clock``      the moment of a build, days and working hours
    - ``signals``    decay, limits and caps
    - ``attributes`` what a rule may ask about an account
    - ``scoring``    points, dimensions, priority score, completeness
Tiers
    - ``engagement`` hot, warm or cold, and since when
    - ``tiers``      ranks, capacity, promotions, overrides
Output
    - ``history``    build days, changes between them, what a CRM is told
    - ``coverage``   reps and their books, gaps, families
    - ``published``  puts them together into the published tables
"""

from .published import recompute

__all__ = ["recompute"]
