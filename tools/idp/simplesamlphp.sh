#!/bin/bash
# Debian's SimpleSAMLphp as a throw-away SAML identity provider: user student, password studentpass, groups marketing and finance.
# usage: simplesamlphp.sh setup | run        run stays in the foreground
# env:   IDP_ROOT, IDP_PORT, SP_ENTITY_ID, SP_ACS
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath -m "${IDP_ROOT:-.gatehouse/idp}")
port=${IDP_PORT:-18081}
home=$root/srv/ssp
origin=http://ssp.idp.localhost:$port

setup() {
  "$here/../debian-root.sh" "$root"
  [ -e "$root/usr/share/simplesamlphp" ] || DEBIAN_FRONTEND=noninteractive chroot "$root" \
    apt-get install -y -qq --no-install-recommends simplesamlphp php-cli php-xml php-mbstring php-curl >/dev/null
  mkdir -p "$home"/{config,metadata,cert,log,data,tmp}
  [ -e "$home/cert/idp.key" ] || openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=ssp \
    -keyout "$home/cert/idp.key" -out "$home/cert/idp.crt" 2>/dev/null
}

configure() {
  cat >"$home/config/config.php" <<P
<?php \$config = [
  'baseurlpath' => '$origin/simplesaml/', 'certdir' => '/srv/ssp/cert/', 'loggingdir' => '/srv/ssp/log/',
  'datadir' => '/srv/ssp/data/', 'tempdir' => '/srv/ssp/tmp', 'metadatadir' => '/srv/ssp/metadata/',
  'secretsalt' => '$(openssl rand -hex 16)', 'auth.adminpassword' => '$(openssl rand -hex 16)',
  'technicalcontact_email' => 'na@example.org', 'timezone' => 'UTC', 'logging.handler' => 'file',
  'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'session.cookie.name' => 'SSP', 'session.cookie.secure' => false, 'session.cookie.samesite' => null,
  'store.type' => 'phpsession', 'session.phpsession.savepath' => '/srv/ssp/tmp', 'trusted.url.domains' => null,
  'metadata.sources' => [['type' => 'flatfile']], 'authproc.idp' => [],
  'language.available' => ['en'], 'language.default' => 'en',
];
P
  cat >"$home/config/authsources.php" <<'P'
<?php $config = ['test-userpass' => ['exampleauth:UserPass', 'student:studentpass' => [
  'uid' => ['student'], 'mail' => ['student@example.org'], 'cn' => ['Stu Dent'], 'groups' => ['marketing', 'finance']]]];
P
  cat >"$home/metadata/saml20-idp-hosted.php" <<P
<?php \$email = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
\$metadata['$origin/idp'] = ['host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt',
  'auth' => 'test-userpass', 'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'NameIDFormat' => \$email, 'SingleLogoutService' => '$origin/simplesaml/saml2/idp/SingleLogoutService.php',
  'authproc' => [3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'mail', 'Format' => \$email]]];
P
  cat >"$home/metadata/saml20-sp-remote.php" <<P
<?php \$metadata['${SP_ENTITY_ID:-urn:gatehouse:sp}'] = ['AssertionConsumerService' => '${SP_ACS:-http://127.0.0.1/acs}',
  'saml20.sign.assertion' => true, 'saml20.sign.response' => true];
P
  # php -S knows no PATH_INFO behind a script; the pages include each other relative to their own folder.
  cat >"$home/router.php" <<'P'
<?php
$www = '/usr/share/simplesamlphp/www';
$path = preg_replace('#^/simplesaml#', '', parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (preg_match('#^(/.*?\.php)(/.*)?$#', $path, $found) && is_file($www . $found[1])) {
  $_SERVER['SCRIPT_FILENAME'] = $www . $found[1];
  $_SERVER['SCRIPT_NAME'] = '/simplesaml' . $found[1];
  $_SERVER['PHP_SELF'] = '/simplesaml' . $path;
  if (empty($found[2])) unset($_SERVER['PATH_INFO']); else $_SERVER['PATH_INFO'] = $found[2];
  chdir(dirname($www . $found[1]));
  require $www . $found[1];
  return true;
}
if (is_file($www . $path)) { readfile($www . $path); return true; }
http_response_code(404);
P
  chown -R 33:33 "$home"
}

run() {
  configure
  cd /
  exec chroot --userspec=www-data:www-data "$root" env SIMPLESAMLPHP_CONFIG_DIR=/srv/ssp/config \
    php -S "127.0.0.1:$port" -t /usr/share/simplesamlphp/www /srv/ssp/router.php
}

case ${1:-} in setup) setup ;; run) run ;; *) sed -n 2,4p "$0" && exit 2 ;; esac
