"""What a customer does with a text, and where in the talk they do it: the labels that the classifier is trained on."""

from enum import StrEnum, auto


class Act(StrEnum):
    """What somebody does with a text, in whichever place of the talk. bench/understanding/said/README.md says it in full."""

    GREETING = auto()
    PROBLEM = auto()  # says what is wrong
    REPORT = auto()  # wants to report something, without saying what is wrong
    INFO = auto()  # a detail, a correction, an answer
    ANOTHER = auto()  # announces a second problem
    STATUS = auto()
    MINE = auto()  # wants the list of their tickets
    WHICH = auto()  # points at one of several tickets
    HUMAN = auto()
    AFFIRM = auto()
    DENY = auto()
    WAIT = auto()  # not yet
    CANCEL = auto()
    CLOSE = auto()  # it solved itself, or the ticket is to be closed
    REOPEN = auto()
    THANKS = auto()
    BYE = auto()
    RATE = auto()
    LANGUAGE = auto()
    ERASE = auto()
    QUIET = auto()  # wants fewer messages
    OTHER = auto()  # not for a technical desk
    UNCLEAR = auto()


class Place(StrEnum):
    """Where the talk stands when something is said."""

    MENU = auto()  # nothing is open
    DESCRIBING = auto()  # we asked what is wrong
    CONFIRMING = auto()  # we asked whether to open a ticket
    FOLLOWING = auto()  # there is a current ticket
    WAITING = auto()  # a technician has asked something
    RESOLVED = auto()  # we asked whether it is fixed
    CLOSED = auto()  # the current ticket is closed
    RATING = auto()  # we asked how the service was
    CHOOSING = auto()  # we asked which ticket
    ERASING = auto()  # we asked whether to erase their data
