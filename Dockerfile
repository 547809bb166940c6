# Pincite with its embedding model, for a CPU. Nothing is fetched when it runs.
# docs/deploy.md says how to build it, give people passwords, back up and update.

FROM python:3.12-slim AS build
# PyTorch's own index has builds for the CPU alone; PyPI's bring several GB of CUDA libraries.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# For example serve,ocr,legacy: with readers for scans, and for Word files from before 2007.
ARG EXTRAS=serve
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/pincite
# First what it needs, which changes seldom, so that a new version of the code builds fast.
COPY pyproject.toml .constraints.txt ./
COPY deploy/hashes deploy/hashes
# Each file is checked against its hash, but PyTorch's, which is another on each index.
RUN /opt/pincite/bin/pip install --require-hashes --no-deps -r deploy/hashes/serve.txt
RUN /opt/pincite/bin/pip install --extra-index-url "$TORCH_INDEX" -c .constraints.txt torch
COPY README.md LICENSE ./
COPY .package/pincite/__init__.py .package/pincite/py.typed .package/pincite/
COPY corpus corpus
COPY retrieval retrieval
COPY ingest ingest
COPY ui ui
COPY eval eval
RUN /opt/pincite/bin/pip install --extra-index-url "$TORCH_INDEX" -c .constraints.txt --no-build-isolation ".[$EXTRAS]"

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin pincite \
    && install -d -o pincite -g pincite /data
COPY --from=build /opt/pincite /opt/pincite
ENV PATH=/opt/pincite/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PINCITE_LIBRARY=/data/library
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:7860/api/v1/health', timeout=8)"]
ENTRYPOINT ["pincite"]
# Beyond this machine it wants to know who asks: make the file with pincite password.
CMD ["serve", "--host", "0.0.0.0", "--auth", "/data/people", "--log-format", "json"]
