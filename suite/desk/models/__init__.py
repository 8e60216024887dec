from suite.desk.models.attachments import Attachment
from suite.desk.models.drafts import Draft
from suite.desk.models.feeds import CalendarFeed
from suite.desk.models.imports import ImportBatch
from suite.desk.models.lists import SavedView, ViewUse
from suite.desk.models.notifications import (
    Notification,
    NotificationPreference,
    NotificationSending,
    NotificationSettings,
)
from suite.desk.models.own import FieldRule, OwnField, OwnSection
from suite.desk.models.search import SearchEntry
from suite.desk.models.todos import Task
from suite.desk.models.ways import DashboardLayout, FirstSteps, MenuLayout

__all__ = [
    "Attachment",
    "CalendarFeed",
    "DashboardLayout",
    "Draft",
    "FieldRule",
    "FirstSteps",
    "ImportBatch",
    "MenuLayout",
    "Notification",
    "NotificationPreference",
    "NotificationSending",
    "NotificationSettings",
    "OwnField",
    "OwnSection",
    "SavedView",
    "SearchEntry",
    "Task",
    "ViewUse",
]
