// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.record.internal;

import org.cloister.importer.Importers;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.Patience;

/**
 * What a recording gets from its driver.
 *
 * @param importers what attaches buffers
 * @param patience how long to wait for memory management and for devices
 * @param captures the camera as a writer
 * @param pictures the encoder as a reader
 * @param bitstream the encoder as a writer
 */
record RecordContext(Importers importers, Patience patience, DeviceImporter captures, DeviceImporter pictures,
        DeviceImporter bitstream) {}
