// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

/**
 * Where a message is, with room for a request of OP-TEE behind it.
 *
 * @param page the pages that it is in
 * @param reference by what number OP-TEE knows them; zero for a page of its own that OP-TEE knows by its address only
 * @param offset bytes from the start of the pages to the message
 * @param length bytes of the message
 */
record MessagePlace(Pages.Block page, long reference, int offset, int length) {
    /** The physical address of the message. */
    long address() {
        return page.address() + offset;
    }

    /** The physical address of the room behind it. */
    long request() {
        return address() + length;
    }
}
