#pragma once

#include <libpq-fe.h>

// Not part of Swift's Glibc module.
#include <sys/epoll.h>
#include <sys/eventfd.h>
