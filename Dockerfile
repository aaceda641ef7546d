# The desk as a container; `--target ops` is `python -m ops`, the operator's command line.
# docker build --build-arg GIT_COMMIT=$(git rev-parse HEAD) -t mostrador .
ARG BASE=python:3.13-slim

FROM ${BASE} AS packages
COPY requirements.txt /build/
# Without a pip of its own; what is installed is compiled, too.
RUN python3 -m venv --without-pip /opt/venv && \
    python3 -m pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check -r /build/requirements.txt

FROM packages AS ops-packages
COPY requirements-ops.txt /build/
RUN python3 -m pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check -r /build/requirements-ops.txt

# What is deployed, as package.patterns of serverless.yml: .dockerignore lets nothing else in but the operator's commands.
FROM ${BASE} AS product
WORKDIR /app
COPY main.py requirements.txt ./
COPY handlers handlers
COPY state state
COPY messages messages
COPY channels channels
RUN python3 -m compileall -q .
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

FROM product AS ops
COPY ops ops
COPY supabase supabase
RUN python3 -m compileall -q ops
COPY --from=ops-packages /opt/venv /opt/venv
USER 65532:65532
ENTRYPOINT ["python", "-m", "ops"]

FROM product AS desk
COPY --from=packages /opt/venv /opt/venv
ENV PORT=8080 THREADS=64 LOG_EXECUTION_ID=true SWEEP_EVERY_SECONDS=60
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]
ARG GIT_COMMIT=""
ENV GIT_COMMIT=${GIT_COMMIT}
CMD ["functions-framework", "--target", "webhook"]
