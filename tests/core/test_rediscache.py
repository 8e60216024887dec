"""The cache kept in Redis does what Django's does."""

import pytest
from django.conf import settings
from django.core.cache import caches

from suite.core.rediscache import RedisCache


@pytest.fixture
def kept():
    if not isinstance(caches["default"], RedisCache):
        pytest.skip("No Redis is reachable: the database keeps the cache")
    kept = RedisCache(settings.CACHES["default"]["LOCATION"], {"KEY_PREFIX": "test-rediscache"})
    yield kept
    kept.delete_many(["one", "two"])


def test_many_keys_are_set_at_once_each_with_its_value_and_its_end(kept):
    kept.set_many({"one": (1.5, None), "two": 7}, 100)

    assert kept.get_many(["one", "two"]) == {"one": (1.5, None), "two": 7}
    raw = kept._cache.get_client()
    assert 0 < raw.ttl(kept.make_key("one")) <= 100


def test_many_keys_without_an_end_stay_and_with_an_end_now_are_gone(kept):
    kept.set_many({"one": 1, "two": 2}, None)
    raw = kept._cache.get_client()
    assert raw.ttl(kept.make_key("one")) == -1

    kept.set_many({"one": 3}, 0)

    assert kept.get_many(["one", "two"]) == {"two": 2}
    assert kept.set_many({}) == []
