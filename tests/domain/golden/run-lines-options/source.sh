podman run --name web --rm -itd --init \
  --memory 512m --memory-reservation=256m --cpus 1.5 --cpu-shares 512 --pids-limit 100 \
  --user 1001:1001 --group-add 2000 --cap-drop all --cap-add NET_BIND_SERVICE --read-only \
  --tmpfs /cache:size=16m,mode=1777 --security-opt no-new-privileges --security-opt label=type:spc_t \
  --sysctl net.ipv4.ip_unprivileged_port_start=80 --ulimit nofile=2048:4096 --shm-size 256m \
  --device /dev/fuse --hostname front --add-host db:10.0.0.5 --dns 10.0.0.53 --dns 10.0.0.54 \
  --network front:ip=10.89.0.7,alias=www --network-alias web.internal \
  -p 127.0.0.1:8080-8081:80-81 -p 53:53/udp --expose 9090 \
  --health-cmd '["CMD","curl","-f","http://localhost/"]' --health-start-period 1m30s \
  --stop-timeout 45 --stop-signal SIGQUIT --timeout 3600 --tz Europe/Berlin \
  --label app=web --annotation example.com/owner=shop --platform linux/arm64 --pull always \
  --mount type=bind,source=/srv/www,target=/var/www,ro,relabel=shared \
  --mount type=image,source=registry.example.com/assets:1,destination=/assets \
  -v cache:/var/cache -v /var/spool --secret token,target=/etc/token,mode=0400 \
  --log-driver journald --log-opt tag=web --userns auto --cgroups=split --memmory-swap 1g \
  --entrypoint '["/bin/web","--serve"]' -- registry.example.com/web:2 --verbose
podman run --name jobs --requires web --restart on-failure:3 --volumes-from web:ro busybox:1 true
