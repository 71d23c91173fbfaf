/* system_win32.c - what wordcount asks of Windows 7 and later.
 *
 * Its paths go to the system in the form \\?\C:\directory\file, which may be 32,767 characters long and have
 * any names in it.
 */
#include "system.h"

#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------- what all of the rest needs -- */

/* The system's reason as errno, as far as a user can make something of it. */
static int last_error(void) {
  switch (GetLastError()) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME: return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION: return EACCES;
    case ERROR_DIRECTORY: return ENOTDIR;
    case ERROR_FILENAME_EXCED_RANGE: return ENAMETOOLONG;
    case ERROR_TOO_MANY_OPEN_FILES: return EMFILE;
    case ERROR_NOT_ENOUGH_MEMORY: return ENOMEM;
    default: return EIO;
  }
}

/* Both return NULL where there is no memory. */

static wchar_t* wide_from_utf8(const char* text) {
  const int length = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
  wchar_t* wide = malloc((size_t)length * sizeof(wchar_t));
  if (wide != NULL) MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, length);
  return wide;
}

static char* utf8_from_wide(const wchar_t* wide) {
  const int length = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
  char* text = malloc((size_t)length);
  if (text != NULL) WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, length, NULL, NULL);
  return text;
}

/* The system's form of a path that begins with what path_of_root returns, with something added to it. */
static wchar_t* system_path(const char* path, const char* addition) {
  const int is_system_path = strncmp(path, "//?/", 4) == 0;
  const int is_network_path = !is_system_path && strncmp(path, "//", 2) == 0;
  const char* prefix = is_system_path ? "" : is_network_path ? "//?/UNC/" : "//?/";
  const char* rest = is_network_path ? path + 2 : path;
  const size_t size = strlen(prefix) + strlen(rest) + strlen(addition) + 1;
  char* text = malloc(size);
  if (text == NULL) return NULL;
  snprintf(text, size, "%s%s%s", prefix, rest, addition);
  for (char* slash = text; (slash = strchr(slash, '/')) != NULL;) *slash = '\\';
  wchar_t* wide = wide_from_utf8(text);
  free(text);
  return wide;
}

/* ---------------------------------------------------------------------------------------- the program -- */

static void (*when_interrupted)(void);

/* The system calls this in a thread of its own. */
static BOOL WINAPI handle_control(DWORD event) {
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) return FALSE;
  when_interrupted();
  return TRUE;
}

/* What main gets is in the code page of the system, which lacks most characters. */
static char** arguments(char** argv) {
  int count = 0;
  wchar_t** wide = CommandLineToArgvW(GetCommandLineW(), &count);
  char** converted = wide != NULL ? calloc((size_t)count + 1, sizeof(char*)) : NULL;
  if (converted == NULL) return argv;
  for (int i = 0; i < count; i++) {
    if ((converted[i] = utf8_from_wide(wide[i])) == NULL) return argv;
  }
  LocalFree(wide);
  return converted;
}

char** begin_program(char** argv, void (*interrupted)(void)) {
  when_interrupted = interrupted;
  SetConsoleCtrlHandler(handle_control, TRUE);
  _setmode(_fileno(stdout), _O_BINARY);
  _setmode(_fileno(stderr), _O_BINARY);
  return arguments(argv);
}

int count_processors(void) {
  const DWORD processors = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
  return processors > 0 ? (int)processors : 1;
}

double now(void) {
  LARGE_INTEGER frequency;
  LARGE_INTEGER counter;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&counter);
  return (double)counter.QuadPart / (double)frequency.QuadPart;
}

int has_terminal(void) {
  const DWORD codes = 4; /* ENABLE_VIRTUAL_TERMINAL_PROCESSING: from Windows 10 on */
  const HANDLE errors = GetStdHandle(STD_ERROR_HANDLE);
  DWORD mode = 0;
  return GetConsoleMode(errors, &mode) != 0 && SetConsoleMode(errors, mode | codes) != 0;
}

/* ----------------------------------------------------------------------------------- files to be read -- */

int open_file(const char* path) {
  wchar_t* name = system_path(path, "");
  if (name == NULL) return -1;
  const DWORD sharing = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const HANDLE handle =
      CreateFileW(name, GENERIC_READ, sharing, NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
  free(name);
  if (handle == INVALID_HANDLE_VALUE) {
    errno = last_error();
    return -1;
  }
  if (GetFileType(handle) != FILE_TYPE_DISK) {
    CloseHandle(handle);
    errno = EINVAL;
    return -1;
  }
  const int file = _open_osfhandle((intptr_t)handle, _O_RDONLY | _O_BINARY);
  if (file < 0) CloseHandle(handle);
  return file;
}

ptrdiff_t read_file(int file, char* buffer, size_t size) {
  return _read(file, buffer, size < INT_MAX ? (unsigned)size : INT_MAX);
}

void close_file(int file) {
  const int error = errno;
  _close(file);
  errno = error;
}

/* What the C library has room for, without its streams. */
long most_open_files(void) { return 2048 - 16; }

/* --------------------------------------------------------------------------- directories to be listed -- */

enum { LONGEST_NAME = MAX_PATH * 3 }; /* in UTF-8 */

struct directory {
  HANDLE search; /* invalid: there is nothing to be found */
  WIN32_FIND_DATAW found;
  int is_found; /* and has not been read */
  char name[LONGEST_NAME + 1];
};

/* The whole path, since what system_path makes of it is not looked at from the current directory. */
char* path_of_root(const char* root) {
  wchar_t* wide = wide_from_utf8(root);
  const DWORD size = wide != NULL ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;
  wchar_t* whole = size > 0 ? malloc(size * sizeof(wchar_t)) : NULL;
  char* path = NULL;
  if (whole != NULL && GetFullPathNameW(wide, size, whole, NULL) != 0) {
    path = utf8_from_wide(whole);
  } else if (size == 0) {
    errno = ENOENT;
  }
  free(whole);
  free(wide);
  for (char* slash = path; slash != NULL && (slash = strchr(slash, '\\')) != NULL;) *slash = '/';
  return path;
}

struct directory* open_directory(const char* path, int is_root) {
  (void)is_root; /* what is a link has been seen as one */
  struct directory* directory = malloc(sizeof *directory);
  const size_t length = strlen(path);
  wchar_t* pattern = system_path(path, length > 0 && path[length - 1] == '/' ? "*" : "/*");
  if (directory != NULL && pattern != NULL) {
    directory->search = FindFirstFileExW(pattern, FindExInfoBasic, &directory->found, FindExSearchNameMatch,
                                         NULL, FIND_FIRST_EX_LARGE_FETCH);
    directory->is_found = directory->search != INVALID_HANDLE_VALUE;
    /* Only the root of a drive has neither "." nor "..". */
    if (directory->is_found || GetLastError() == ERROR_FILE_NOT_FOUND) {
      free(pattern);
      return directory;
    }
    errno = last_error();
  }
  free(pattern);
  free(directory);
  return NULL;
}

/* Links are symbolic ones and junctions, which Wine gives no tag. Other reparse points stand for what is kept
 * in another way, and are read like all else. */
static int is_link(const WIN32_FIND_DATAW* found) {
  if (!(found->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)) return 0;
  const DWORD tag = found->dwReserved0;
  return tag == IO_REPARSE_TAG_RESERVED_ZERO || IsReparseTagNameSurrogate(tag);
}

static enum kind kind_of(const WIN32_FIND_DATAW* found) {
  if (is_link(found)) return KIND_LINK;
  if (found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) return KIND_DIRECTORY;
  return found->dwFileAttributes & FILE_ATTRIBUTE_DEVICE ? KIND_SPECIAL : KIND_FILE;
}

int read_directory(struct directory* directory, struct entry* entry) {
  const WIN32_FIND_DATAW* found = &directory->found;
  if (directory->search == INVALID_HANDLE_VALUE) return 0;
  do {
    if (!directory->is_found && FindNextFileW(directory->search, &directory->found) == 0) {
      errno = last_error();
      return GetLastError() == ERROR_NO_MORE_FILES ? 0 : -1;
    }
    directory->is_found = 0;
  } while (wcscmp(found->cFileName, L".") == 0 || wcscmp(found->cFileName, L"..") == 0);
  WideCharToMultiByte(CP_UTF8, 0, found->cFileName, -1, directory->name, LONGEST_NAME + 1, NULL, NULL);
  const uint64_t bytes = (uint64_t)found->nFileSizeHigh << 32 | found->nFileSizeLow;
  *entry = (struct entry){directory->name, kind_of(found), bytes, 0};
  return 1;
}

void close_directory(struct directory* directory) {
  if (directory->search != INVALID_HANDLE_VALUE) FindClose(directory->search);
  free(directory);
}
