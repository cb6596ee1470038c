// SPDX-License-Identifier: Apache-2.0
/** Descriptors of buffers for others: copies, sync files, and sockets along which they travel. */
package org.cloister.backend.linux.descriptor.internal;
