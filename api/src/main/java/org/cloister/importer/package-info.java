// SPDX-License-Identifier: Apache-2.0
/**
 * How drivers use buffers: what a device needs of memory, and where a buffer's memory is.
 *
 * <p>A driver implements {@link org.cloister.importer.Importer} for each initiator it stands for, attaches buffers
 * through the service {@link org.cloister.importer.Importers}, maps them while hardware works on them, and walks their
 * segments with a cursor:
 *
 * <pre>{@code
 * try (Attachment attachment = importers.attach(frame, decoder, Access.WRITE);
 *         Mapping mapping = attachment.map(Access.WRITE, Duration.ofSeconds(1))) {
 *     SegmentCursor segments = mapping.cursor();
 *     while (segments.next()) {
 *         program(segments.address(), segments.length());
 *     }
 * }
 * }</pre>
 *
 * <p><b>Versions.</b> {@link org.cloister.importer.Importer} is implemented by drivers, all else by the framework: a
 * driver imports {@code [1.0,2)}, an alternative core {@code [1.0,1.1)}. bnd derives both.
 */
@Export
@Version("1.0.0")
package org.cloister.importer;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
