"""The errors of Supabase Storage as its version 1.x answers them (supabase/storage: src/internal/errors/codes.ts).

The HTTP status is 400 for almost all of them; the one that is meant stands as text in the body.
"""

from dataclasses import dataclass

from starlette.responses import JSONResponse

from emulator.faults import Fault
from emulator.stand_in import ServiceError


@dataclass(kw_only=True, eq=False)
class StorageError(ServiceError):
    """`meant` is the status in the body, `error` the older name that clients show (`code` if it has none)."""

    meant: int
    code: str
    message: str
    error: str = ""
    status: int = 400

    def response(self) -> JSONResponse:
        body = {
            "statusCode": str(self.meant),
            "error": self.error or self.code,
            "message": self.message,
            "code": self.code,
        }
        return JSONResponse(body, self.status)


def no_such_bucket() -> StorageError:
    return StorageError(meant=404, code="NoSuchBucket", error="Bucket not found", message="Bucket not found")


def no_such_object() -> StorageError:
    return StorageError(meant=404, code="NoSuchKey", error="not_found", message="Object not found")


def already_exists(what: str) -> StorageError:
    """`what`: Bucket or Key."""
    message = "The resource already exists"
    return StorageError(meant=409, code=f"{what}AlreadyExists", error="Duplicate", message=message)


def too_large() -> StorageError:
    message = "The object exceeded the maximum allowed size"
    return StorageError(meant=413, code="EntityTooLarge", error="Payload too large", message=message)


def invalid_bucket_name() -> StorageError:
    error, message = "Invalid Input", "Bucket name invalid"
    return StorageError(meant=400, code="InvalidBucketName", error=error, message=message)


def invalid_key(name: str) -> StorageError:
    return StorageError(meant=400, code="InvalidKey", message=f"Invalid key: {name}")


def invalid_mime_type(content_type: str) -> StorageError:
    message = f"mime type {content_type} is not supported"
    return StorageError(meant=415, code="InvalidMimeType", error="invalid_mime_type", message=message)


def invalid_range() -> StorageError:
    """The only one with its status as the HTTP status."""
    message = "invalid range provided"
    return StorageError(meant=416, code="InvalidRange", error="invalid_range", message=message, status=416)


def invalid_request(message: str) -> StorageError:
    """A body, a query or a header that the schema of the call refuses."""
    return StorageError(meant=400, code="InvalidRequest", error="Error", message=message)


def no_content(message: str) -> StorageError:
    return StorageError(meant=400, code="InvalidRequest", message=message)


def invalid_token(message: str) -> StorageError:
    return StorageError(meant=400, code="InvalidJWT", message=message)


def invalid_signature() -> StorageError:
    return StorageError(meant=400, code="InvalidSignature", message="Invalid signature")


def access_denied(message: str) -> StorageError:
    return StorageError(meant=403, code="AccessDenied", error="Unauthorized", message=message)


def render_fault(fault: Fault) -> JSONResponse:
    """A switched-on fault in Storage's form."""
    status = fault.status or 500
    code = str(fault.code or "InternalError")
    return StorageError(meant=status, code=code, message="switched on", status=status).response()
