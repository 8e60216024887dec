from suite.desk.models.attachments import Attachment
from suite.desk.models.imports import ImportBatch
from suite.desk.models.lists import SavedView, ViewUse
from suite.desk.models.notifications import Notification, NotificationPreference
from suite.desk.models.search import SearchEntry
from suite.desk.models.todos import Task

__all__ = [
    "Attachment",
    "ImportBatch",
    "Notification",
    "NotificationPreference",
    "SavedView",
    "SearchEntry",
    "Task",
    "ViewUse",
]
