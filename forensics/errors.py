"""The errors a user can put right.

ForensicsError          exit 1   the work could not be done
  UsageError            exit 2   a wrong flag, argument or symptom
  BundleError           exit 3   the bundle cannot be opened or holds nothing readable
  DefinitionError       exit 4   a format, mask, failure mode or template is broken
  OutputError           exit 5   an output cannot be made here (no Pango, no space)
  TicketError           exit 6   the ticket system refused
  VerificationError     exit 7   evidence does not match the bundle
  ConditionError        exit 8   a --fail-on condition holds, or a diff does what caused an incident

Everything else is a bug and shows a traceback.
"""


class ForensicsError(Exception):
    """An error with a message (what is wrong, where) and a hint (what to do, one imperative sentence)."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Store what is wrong and what to do."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ForensicsError):
    """A wrong flag, argument or symptom text."""

    exit_code = 2


class BundleError(ForensicsError):
    """A bundle that cannot be opened, is refused at the door, or holds nothing readable."""

    exit_code = 3


class DefinitionError(ForensicsError):
    """A definition in ``parsers/``, ``models/`` or ``report_templates/`` that is broken."""

    exit_code = 4


class OutputError(ForensicsError):
    """An output that cannot be made on this machine."""

    exit_code = 5


class TicketError(ForensicsError):
    """A ticket system that refused or could not be reached."""

    exit_code = 6


class VerificationError(ForensicsError):
    """Evidence in a report that the bundle does not bear out."""

    exit_code = 7


class ConditionError(ForensicsError):
    """A ``--fail-on`` condition that holds, or a diff that does again what caused an incident."""

    exit_code = 8
