// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The files of firmware that a machine's root file system has for its drivers (Linux: {@code request_firmware}).
 * Registered as a service. Safe for use by any thread.
 */
@ConsumerType
@FunctionalInterface
public interface FirmwareFiles {
    /** Service property: the directory that all files are in, such as {@code "arm/mali"}, where there is one. */
    String DIRECTORY = "firmware.directory";

    /**
     * Finds a file.
     *
     * @param path such as {@code "amdtee/3f9c2b7e-6d0a-4c58-9e41-0b5a7d2c8f13.bin"}
     * @return its content, for the caller to keep; empty when there is none
     */
    Optional<byte[]> find(String path);
}
