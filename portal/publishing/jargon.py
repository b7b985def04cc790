"""Abbreviations that everybody reads, and words of the trade that few outside it do."""

from collections.abc import Mapping

_EVERYDAY = """
AM BBC CD CV DNA DVD EU GOV GP HIV HTML HTTP HTTPS ID ISBN IT ITV MP NHS OK PC PDF PIN PM QR SIM SMS
TV UK UN URL US USA USB VAT WC
"""
EVERYDAY = frozenset(_EVERYDAY.split())
"""Abbreviations that need no words beside them."""

_EMPHASIS = """
A ALL ALWAYS AN AND ANY ARE AS AT BE BEFORE BOTH BUT BY CAN CANNOT DO EITHER FIRST FOR FROM IF
IMPORTANT IN IS MAY MUST NEVER NO NOT NOTE NOW OF ON ONE ONLY OR OUR SHOULD STOP THAT THE THEN THIS
TO UNLESS URGENT WARNING WE WHEN WHO WHY WILL WITH YES YOU YOUR
"""
EMPHASIS = frozenset(_EMPHASIS.split())
"""Words that people write in capitals to stress them."""

JARGON: Mapping[str, str] = {
    "allocated worker": "the worker who has the case",
    "care-experienced": "who has been in care",
    "case-holding": "having the case",
    "case holder": "the worker who has the case",
    "contextual safeguarding": "looking at harm outside the home, among friends, places and online",
    "core group": "the people who carry out the child protection plan",
    "deconfliction": "checking that services don’t get in each other’s way",
    "dip sample": "looking at a few cases",
    "edge of care": "close to coming into care",
    "extra-familial harm": "harm from outside the family",
    "gold group": "the senior managers who lead the response",
    "intervention provider": "the mentor whom Channel pays",
    "lead professional": "the worker who leads and whom the family can call",
    "multi-agency": "of several services",
    "no further action": "closed, with who closed it and why",
    "peer-on-peer": "between children",
    "permissive environment": "places, online too, where such ideas meet no answer",
    "pre-proceedings": "the last attempt to keep a case out of court",
    "presenting issue": "what the worry is about",
    "private law": "between parents, in court",
    "protective factor": "what helps the child",
    "push and pull factors": "what drives somebody away and what draws them in",
    "reachable moment": "a time when somebody may accept help",
    "risk factor": "what makes harm more likely",
    "single point of contact": "the one person to call",
    "step down": "pass to a service that does less",
    "step up": "pass to a service that does more",
    "strategy discussion": "the talk between social care, police and others about what to do",
    "strategy meeting": "the meeting of social care, police and others about what to do",
    "team around the child": "the people who help the child and meet about it",
    "team around the family": "the people who help the family and meet about it",
    "universal services": "schools, doctors and others that are there for everybody",
    "wardship": "the High Court decides for the child",
}
"""Words of the trade, with plain ones that may do instead."""
