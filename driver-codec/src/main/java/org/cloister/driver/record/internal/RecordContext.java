// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.record.internal;

import java.time.Duration;
import org.cloister.importer.Importers;
import org.cloister.platform.driver.DeviceImporter;

/**
 * What a recording gets from its driver.
 *
 * @param importers what attaches buffers
 * @param limit how long to wait for memory management
 * @param captures the camera as a writer
 * @param pictures the encoder as a reader
 * @param bitstream the encoder as a writer
 */
record RecordContext(Importers importers, Duration limit, DeviceImporter captures, DeviceImporter pictures,
        DeviceImporter bitstream) {}
