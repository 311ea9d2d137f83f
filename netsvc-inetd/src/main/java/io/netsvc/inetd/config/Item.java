package io.netsvc.inetd.config;

/** What an inetd.conf consists of: positional entries and {@code key = value} definitions. */
sealed interface Item permits Entry, DefinitionReader.Result {}
