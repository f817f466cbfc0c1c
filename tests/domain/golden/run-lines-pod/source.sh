#!/bin/bash
# What a deployment script looks like: variables, a pod, a loop, and lines that make no container.
set -euo pipefail
cd "$(dirname "$0")"

IMAGE=registry.example.com/shop/api
TAG=${TAG:-1.4}
OPTS=(-e MODE=prod -e "GREETING=hello world")

podman network create shop
podman volume create --label tier=db pgdata
printf %s "$DB_PASSWORD" | podman secret create db-pass -

podman pod create --name shop -p 8080:80 --shm-size 128m --add-host db.local:10.0.0.9
sudo podman run -d --pod shop --name shop-db \
  -v pgdata:/var/lib/postgresql/data:Z \
  --secret db-pass,type=env,target=POSTGRES_PASSWORD \
  --health-cmd 'pg_isready -U app' --health-interval=10s \
  docker.io/library/postgres:16
podman run -d --pod shop --name shop-api --expose 80 "${OPTS[@]}" --env-file source.env \
  -v ./source.conf:/etc/api/api.yaml:ro "$IMAGE:$TAG" serve --port 80

for number in 1 2; do
  docker run -d --name "worker$number" --restart=always -m 256m "$IMAGE:$TAG" work "$number"
done

if podman ps | grep -q shop-api; then
  podman exec shop-api migrate
fi
curl --fail http://localhost:8080/health
