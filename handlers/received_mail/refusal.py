"""Why nothing of an e-mail is done."""

from state.model.received_mail import MailDetail, MailOutcome


class MailRefused(Exception):
    """Nothing of an e-mail is done. outcome: why; detail: what its author has to know of that."""

    def __init__(self, outcome: MailOutcome, detail: MailDetail | None = None) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.detail = detail or MailDetail()
