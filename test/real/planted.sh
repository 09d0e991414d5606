# Names, addresses and places that exist nowhere else, in a private host; then the process that uses them, with secrets in arguments and environment.
set -eu
cat >> /etc/passwd <<'EOF'
mirabellus:x:4712:4712:Mira Bellenbaum,Zimmer 77:/home/mirabellus:/srv/quetsche/mirabellenshell
EOF
echo 'heckenwirte:x:4712:mirabellus' >> /etc/group
printf '203.0.113.77 kelter.weinberg.example kelter # Keller des Winzers\n' >> /etc/hosts
printf '# vom Kellermeister\nsearch weinberg.example\nnameserver 203.0.113.53\n' > /etc/resolv.conf
echo quittenhof > /etc/hostname
hostname quittenhof
ip link add kirschnetz0 address 02:77:88:99:aa:bb type veth peer name kirschnetz1
ip address add 203.0.113.77/24 broadcast + dev kirschnetz0
ip -6 address add 2001:db8:feed:beef::77/64 dev kirschnetz0 nodad
ip link set kirschnetz0 up
ip link set kirschnetz1 up
ip neighbour add 203.0.113.99 lladdr 02:de:ad:be:ef:99 nud permanent dev kirschnetz0
ip route add 198.18.77.0/24 via 203.0.113.98
ip route add 198.51.100.222/32 via 203.0.113.98
ip -6 route add 2001:db8:cafe:77::/64 via 2001:db8:feed:beef::98
mkdir -p /srv/quetsche /run/quitten /mnt/hagebutte /home/mirabellus/geheimakte /run/netns
mount -t tmpfs -o size=1m schlehenfeuer /mnt/hagebutte
touch /run/netns/holunderbusch
unshare --net=/run/netns/holunderbusch true
cp -L /usr/bin/python3 /srv/quetsche/zwetschgenwerk
export PYTHONHOME=/usr PFLAUMEN_TOKEN=b1rn3nm0st-token-77 AWS_SECRET_ACCESS_KEY=wacholder/77/kranewitt
exec /srv/quetsche/zwetschgenwerk /srv/bin/planted.py --password=Sauerkirsch-77 -H 'Authorization: Bearer hollerbluete77' https://kelter.weinberg.example/reneklode
