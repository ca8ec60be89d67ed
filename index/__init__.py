"""Documents to a searchable snapshot on disk.

    index.build(["docs/"], "data/index")      read -> split -> embed -> write
    index.Snapshot.open("data/index")         what a build wrote

Importing this package loads no model, no torch and no faiss.
"""

__version__ = "0.1.0"

from index.build import BuildReport, build
from index.commit import rollback
from index.records import Document, Passage
from index.store import Snapshot

__all__ = ["BuildReport", "Document", "Passage", "Snapshot", "build", "rollback"]
