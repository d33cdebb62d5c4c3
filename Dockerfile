# The service as an image: built in two stages, run by a user without rights on a read-only root.
FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/memsvc \
 && /opt/memsvc/bin/pip install --no-cache-dir ".[server,postgres]"

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data memsvc \
 && install -d -o memsvc -g memsvc -m 700 /data
COPY --from=build /opt/memsvc /opt/memsvc
ENV PATH=/opt/memsvc/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    MEMSVC_DATA_DIR=/data \
    MEMSVC_HOST=0.0.0.0 \
    MEMSVC_PORT=8800 \
    MEMSVC_AUTH=keys
USER memsvc
VOLUME /data
EXPOSE 8800
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8800/readyz', timeout=2)"]
CMD ["memsvc", "serve"]
