// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What a buffer is, as vouched for by core: an importer reads it to know whether memory is really protected, by whom
 * and for what. Does not change, except that a buffer which is moved to another backend gets a new record with the next
 * generation.
 *
 * @param heap the heap's name
 * @param useCase what the memory is for
 * @param restricted whether the memory is kept from the CPU
 * @param enforcement what keeps it
 * @param backend the id of the backend that the memory came from
 * @param generation counts the backends that have served the heap, from 1 on
 */
@ProviderType
public record BufferRecord(
        String heap, UseCase useCase, boolean restricted, Enforcement enforcement, String backend, long generation) {}
