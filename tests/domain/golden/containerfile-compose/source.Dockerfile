# syntax=docker/dockerfile:1
ARG VERSION=1.22
FROM golang:${VERSION} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache \
    # a comment within
    go build -o /web
FROM docker.io/library/alpine AS run
ARG PORT=8000
ENV PORT=$PORT API_TOKEN=kJ83hd72hKshd82hsKQ91nd
ADD https://example.com/tool.tar.gz /opt/
RUN <<EOT
echo hi
FROM nothing
EOT
COPY --from=build /web /web
EXPOSE $PORT 9090/udp
USER app
HEALTHCHECK --interval=10s --retries=5 CMD wget -q -O- http://localhost:8000/health
CMD ["/web"]
