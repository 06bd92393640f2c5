/* Preloaded into servers that know no address to listen on, or do not tell their port: they listen on loopback only,
 * and say where. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

int bind(int descriptor, const struct sockaddr *wanted, socklen_t size)
{
    int (*real)(int, const struct sockaddr *, socklen_t) =
        (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind");

    if (wanted->sa_family == AF_INET) {
        struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        return real(descriptor, (struct sockaddr *)&here, sizeof here);
    }
    if (wanted->sa_family == AF_INET6) {
        struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
        return real(descriptor, (struct sockaddr *)&here, sizeof here);
    }
    return real(descriptor, wanted, size);
}

int listen(int descriptor, int backlog)
{
    int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "listen");
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int result = real(descriptor, backlog);

    if (result == 0 && getsockname(descriptor, (struct sockaddr *)&address, &size) == 0
        && address.sin_family == AF_INET)
        dprintf(2, "\nLISTENS 127.0.0.1:%d\n", ntohs(address.sin_port));
    return result;
}
