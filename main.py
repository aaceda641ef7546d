"""The function's two entry points: `webhook`, which Meta and the technicians call, and `sweep`, which the scheduler calls.

functions-framework --target webhook
functions-framework --target sweep
"""

import gc
import os

from flask import Request, Response

# The imported modules stay in memory: collecting garbage among them takes a sixth of the start-up time.
gc.disable()
try:
    from handlers.app import App

    # At import, so that a missing setting stops the start and is named, instead of failing the first customer.
    _APP = App.from_environment(os.environ)
    if _APP.clock is not None:
        _APP.clock.start_in_children()
finally:
    gc.freeze()
    gc.enable()


def webhook(request: Request) -> Response:
    """Public. Meta's deliveries are authenticated by their signature, technicians by their signed link."""
    return _APP.answer_webhook(request)


def sweep(request: Request) -> Response:
    """Private: the platform checks the scheduler's identity before a call gets here."""
    return _APP.answer_sweep(request)
