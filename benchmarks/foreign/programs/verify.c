// Verifies the tokens of a folder with libjwt, which checks the signature; iss, aud
// and exp are compared here. A key serves the algorithm that is fixed beforehand.
#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned char *read_file(const char *dir, const char *name, int *size) {
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	if (!f) exit(2);
	unsigned char *data = calloc(1, 1 << 16);
	*size = (int)fread(data, 1, (1 << 16) - 1, f);
	fclose(f);
	return data;
}

static int good(const char *token, jwt_alg_t alg, const unsigned char *key, int size) {
	jwt_t *jwt = NULL;
	if (jwt_decode(&jwt, token, key, size)) return 0;
	const char *iss = jwt_get_grant(jwt, "iss"), *aud = jwt_get_grant(jwt, "aud");
	int ok = jwt_get_alg(jwt) == alg && iss && !strcmp(iss, "https://login.example.com") &&
		aud && !strcmp(aud, "https://api.example.com") && jwt_get_grant_int(jwt, "exp") > (long)time(NULL);
	jwt_free(jwt);
	return ok;
}

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv) {
	if (argc < 3) return 2;
	int size;
	char *lines = (char *)read_file(argv[1], "tokens", &size);
	for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
		char *token = strchr(line, ' ');
		*token++ = 0;
		jwt_alg_t alg = jwt_str_alg(line);
		if (alg == JWT_ALG_INVAL) continue; // such as EdDSA
		int key_size;
		unsigned char *key = read_file(argv[1], line, &key_size);
		char *bad = strdup(token);
		memcpy(bad + strlen(bad) - 4, "AAAA", 4);
		if (good(bad, alg, key, key_size) || !good(token, alg, key, key_size)) {
			fprintf(stderr, "libjwt decides otherwise on %s\n", line);
			return 1;
		}
		long n = 0;
		double begin = now();
		for (; now() - begin < 200e6; n++) good(token, alg, key, key_size);
		printf("libjwt %s\t%s\t%.0f\n", argv[2], line, (now() - begin) / (double)n);
	}
	return 0;
}
