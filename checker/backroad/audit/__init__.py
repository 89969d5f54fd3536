"""Is every exercise sound: what an author has to prove, proven by running it."""

from backroad.audit.content import Request, audits
from backroad.audit.values import Audit, Part, Score, Survivor, audits_to_json, exit_code

__all__ = ["Audit", "Part", "Request", "Score", "Survivor", "audits", "audits_to_json", "exit_code"]
