from django.urls import path

from integration.onboarding import views

app_name = "onboarding"
urlpatterns = [
    path("", views.start, name="start"),
    path("first/", views.first, name="first"),
    path("sample/", views.sample, name="sample"),
    path("<slug:code>/", views.step_page, name="step"),
]
