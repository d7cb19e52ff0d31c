#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/eventfd.h>

/*
 * TLS for a connection to a checked address. libmosquitto takes what it connects to, the address, for the server's name;
 * so it is given a context that knows the name: the certificate is checked against it, and it is what SNI says.
 */

/* Runs before the first message of a handshake is made. */
static void parvis_tls_say_name(const SSL *ssl, int where, int result) {
    (void)result;
    if (!(where & SSL_CB_HANDSHAKE_START)) return;
    const char *name = X509_VERIFY_PARAM_get0_host(SSL_get0_param((SSL *)ssl), 0);
    /* Without a name, what libmosquitto put there, an address, is taken out (RFC 6066 section 3). */
    SSL_set_tlsext_host_name((SSL *)ssl, name);
}

/*
 * A context that trusts the file of authorities (NULL: those of the system) and shows the client certificate, if there
 * is one. `is_address`: `name` is an address that the certificate must be for. NULL, with *failed saying what, when a
 * file cannot be used. The caller frees it with SSL_CTX_free.
 */
static inline SSL_CTX *parvis_tls_context(
    const char *name, int is_address, const char *authorities, const char *certificate, const char *key,
    const char **failed) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context) {
        *failed = "TLS";
        return NULL;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_info_callback(context, parvis_tls_say_name);
    X509_VERIFY_PARAM *checks = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    *failed = NULL;
    if (!(is_address ? X509_VERIFY_PARAM_set1_ip_asc(checks, name) : X509_VERIFY_PARAM_set1_host(checks, name, 0)))
        *failed = "the name";
    else if (!(authorities ? SSL_CTX_load_verify_file(context, authorities) : SSL_CTX_set_default_verify_paths(context)))
        *failed = "the file of authorities";
    else if (certificate && SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        *failed = "the client certificate";
    else if (key && SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        *failed = "the key of the client certificate";
    else if (certificate && SSL_CTX_check_private_key(context) != 1)
        *failed = "the key of the client certificate, which belongs to another one,";
    ERR_clear_error();
    if (*failed) {
        SSL_CTX_free(context);
        return NULL;
    }
    return context;
}

/* What was wrong with the server's certificate; NULL when nothing was, or there was none. */
static inline const char *parvis_tls_fault(void *ssl) {
    if (!ssl) return NULL;
    long result = SSL_get_verify_result((SSL *)ssl);
    return result == X509_V_OK ? NULL : X509_verify_cert_error_string(result);
}

/* Whether a handshake that is not over waits to write; -1 when there is none. libmosquitto's own flag stays up. */
static inline int parvis_tls_handshake_wants_writing(void *ssl) {
    if (!ssl || SSL_is_init_finished((SSL *)ssl)) return -1;
    return SSL_want_write((SSL *)ssl);
}
