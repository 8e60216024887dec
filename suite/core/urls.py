"""Addresses of the core: sign-in, profile, and how the API describes itself."""

from django.urls import path

from suite.core.views import api, icon, links, profile, second_step, signin

urlpatterns = [
    path("favicon.ico", icon.favicon, name="favicon"),
    path("sign-in/", signin.sign_in, name="signin"),
    path("sign-in/code/", signin.second_step, name="second-step"),
    path("sign-in/forgotten/", links.forgotten, name="forgotten"),
    path("sign-in/new-password/<slug:key>/<str:token>/", links.new_password, name="new-password"),
    path("sign-out/", signin.sign_out, name="signout"),
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password, name="password"),
    path("profile/second-step/", second_step.set_up, name="second-step-setup"),
    path("profile/second-step/remove/", second_step.remove, name="second-step-remove"),
    path("profile/tokens/", profile.new_token, name="token-new"),
    path("profile/tokens/<int:pk>/revoke/", profile.revoke_token, name="token-revoke"),
    path("api/", api.home, name="api-home"),
    path("api/schema/", api.schema, name="schema"),
    path("api/docs/", api.docs, name="api-docs"),
]
