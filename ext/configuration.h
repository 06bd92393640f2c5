/* What the environment and a configuration of OpenSSL ask for; see configuration.pxi.
 *
 * Needs compat.h, whose RG_HAS_* decide; no version number stands here.
 */
#ifndef REGRAFT_CONFIGURATION_H
#define REGRAFT_CONFIGURATION_H

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#if defined(__linux__)
#include <elf.h>
/* Weak, as glibc has it from 2.16 on, and a wheel may have to run with an older one. */
extern unsigned long getauxval(unsigned long) __attribute__((weak));
#endif

/* Whether the process has rights that its user has not. An OpenSSL that was built for an old glibc, or for musl, does
 * not know those that come with the capabilities of a file; the kernel does. */
static inline int
rg_has_borrowed_rights(void)
{
#if defined(__linux__)
    if (getauxval != NULL && getauxval(AT_SECURE) != 0)
        return 1;
#endif
    return OPENSSL_issetugid();
}

/* A variable of the environment as OpenSSL reads it: not in a process with borrowed rights. */
static inline const char *
RG_environment(const char *name)
{
    return rg_has_borrowed_rights() ? NULL : getenv(name);
}

/* What OpenSSL takes for a yes in a configuration. */
static inline int
rg_is_on(const char *value)
{
    static const char *const words[] = {"1", "yes", "YES", "true", "TRUE", "on", "ON"};
    size_t i;

    for (i = 0; value != NULL && i < sizeof words / sizeof *words; i++)
        if (strcmp(value, words[i]) == 0)
            return 1;
    return 0;
}

static inline int
RG_is_directory(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && (found.st_mode & S_IFMT) == S_IFDIR;
}

/* The name of a provider that a configuration activates and that is not there, or NULL. OpenSSL itself passes over it. */
static inline const char *
RG_missing_provider(CONF *configuration)
{
#if RG_HAS_OPENSSL3
    const char *section = NCONF_get_string(configuration, NULL, "openssl_conf");
    STACK_OF(CONF_VALUE) *rows = NULL;
    int i;

    section = section == NULL ? NULL : NCONF_get_string(configuration, section, "providers");
    if (section != NULL)
        rows = NCONF_get_section(configuration, section);
    for (i = 0; i < sk_CONF_VALUE_num(rows); i++) {
        const CONF_VALUE *row = sk_CONF_VALUE_value(rows, i);
        const char *name = NCONF_get_string(configuration, row->value, "identity");

        if (name == NULL)
            name = row->name;
        /* With soft_load the configuration itself says that it may be missing. */
        if (rg_is_on(NCONF_get_string(configuration, row->value, "activate"))
                && !rg_is_on(NCONF_get_string(configuration, row->value, "soft_load"))
                && !OSSL_PROVIDER_available(NULL, name))
            return name;
    }
#else
    (void)configuration;
#endif
    return NULL;
}

#endif
